-- The rows of $table, one per $keys: what files share is merged, to the last digit.
create or replace view $view as
with sums as (
    select $keys,
        min_by(open, row(bitwise_and(uncounted, 1), open_time_ns, number)) as open,
        coalesce(max(high) filter (where bitwise_and(uncounted, 2) = 0), max(high)) as high,
        coalesce(min(low) filter (where bitwise_and(uncounted, 4) = 0), min(low)) as low,
        max_by(close, row(bitwise_and(uncounted, 8) = 0, close_time_ns, number)) as close,
        sum(volume) as volume, sum(notional) as notional,
        sum(cast(notional_rest as decimal(38, 0))) as rest, sum(trades) as trades,
        min_by(open_time, row(bitwise_and(uncounted, 1), open_time_ns, number)) as open_time,
        max_by(close_time, row(bitwise_and(uncounted, 8) = 0, close_time_ns, number)) as close_time,
        min_by(open_time_ns, row(bitwise_and(uncounted, 1), open_time_ns, number)) as open_time_ns,
        max_by(close_time_ns, row(bitwise_and(uncounted, 8) = 0, close_time_ns, number))
            as close_time_ns,
        bitwise_and_agg(uncounted) as uncounted
    from $table group by $keys
), carried as ( -- rest is less than half a unit of notional again
    select *, mod(mod(rest, 1000000000000000000) + 1500000000000000000, 1000000000000000000)
        - 500000000000000000 as notional_rest
    from sums
)
select $keys, open, high, low, close,
    cast(notional as double) / nullif(cast(volume as double), 0) as vwap,
    volume,
    notional + cast((rest - notional_rest) / 1000000000000000000 as decimal(18, 0))
        * cast('0.000000000000000001' as decimal(18, 18)) as notional,
    cast(notional_rest as bigint) as notional_rest, trades,
    open_time, close_time, open_time_ns, close_time_ns, uncounted
from carried;
