-- The data set as it lies: one row per file of the partner.
create external table bars (
    minute timestamp, symbol string,
    open decimal(38, 18), high decimal(38, 18), low decimal(38, 18), close decimal(38, 18),
    vwap decimal(38, 18), volume decimal(38, 18), notional decimal(38, 18),
    trades bigint, open_time timestamp, close_time timestamp,
    open_time_ns bigint, close_time_ns bigint, notional_rest bigint, uncounted bigint,
    number bigint
) partitioned by (partner string, feed string, `date` date)
stored as parquet
location '$location/bars/'
tblproperties (
    'projection.enabled' = 'true',
    'projection.partner.type' = 'enum', 'projection.partner.values' = '$partners',
    'projection.feed.type' = 'enum', 'projection.feed.values' = '$feeds',
    'projection.date.type' = 'date', 'projection.date.format' = 'yyyy-MM-dd',
    'projection.date.range' = '2013-01-01,NOW+2DAYS',
    'storage.location.template' =
        '$location/bars/partner=$${partner}/feed=$${feed}/date=$${date}/'
);

create external table days (
    number bigint, symbol string,
    open decimal(38, 18), high decimal(38, 18), low decimal(38, 18), close decimal(38, 18),
    volume decimal(38, 18), notional decimal(38, 18), notional_rest bigint, uncounted bigint,
    trades bigint, open_time timestamp, close_time timestamp,
    open_time_ns bigint, close_time_ns bigint
) partitioned by (partner string, feed string, `date` date)
stored as parquet
location '$location/days/'
tblproperties (
    'projection.enabled' = 'true',
    'projection.partner.type' = 'enum', 'projection.partner.values' = '$partners',
    'projection.feed.type' = 'enum', 'projection.feed.values' = '$feeds',
    'projection.date.type' = 'date', 'projection.date.format' = 'yyyy-MM-dd',
    'projection.date.range' = '2013-01-01,NOW+2DAYS',
    'storage.location.template' =
        '$location/days/partner=$${partner}/feed=$${feed}/date=$${date}/'
);
