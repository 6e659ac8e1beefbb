-- The data set as it lies: one row per file of the partner.
create or replace temporary view bars (
    minute timestamp, symbol string,
    open decimal(38, 18), high decimal(38, 18), low decimal(38, 18), close decimal(38, 18),
    vwap decimal(38, 18), volume decimal(38, 18), notional decimal(38, 18),
    trades bigint, open_time timestamp, close_time timestamp,
    open_time_ns bigint, close_time_ns bigint, notional_rest bigint, uncounted bigint,
    number bigint, partner string, feed string, date date
) using parquet options (path '$location/bars');

create or replace temporary view days (
    number bigint, symbol string,
    open decimal(38, 18), high decimal(38, 18), low decimal(38, 18), close decimal(38, 18),
    volume decimal(38, 18), notional decimal(38, 18), notional_rest bigint, uncounted bigint,
    trades bigint, open_time timestamp, close_time timestamp,
    open_time_ns bigint, close_time_ns bigint, partner string, feed string, date date
) using parquet options (path '$location/days');
