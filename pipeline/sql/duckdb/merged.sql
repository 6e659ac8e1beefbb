-- The rows of $table, one per $keys: what files share is merged, to the last digit.
create or replace view $view as
with sums as (
    select $keys,
        arg_min(open, (uncounted & 1, open_time_ns, number)) as open,
        coalesce(max(high) filter ((uncounted & 2) = 0), max(high)) as high,
        coalesce(min(low) filter ((uncounted & 4) = 0), min(low)) as low,
        arg_max(close, ((uncounted & 8) = 0, close_time_ns, number)) as close,
        sum(volume) as volume, sum(notional) as notional, sum(notional_rest) as rest,
        cast(sum(trades) as bigint) as trades,
        arg_min(open_time, (uncounted & 1, open_time_ns, number)) as open_time,
        arg_max(close_time, ((uncounted & 8) = 0, close_time_ns, number)) as close_time,
        arg_min(open_time_ns, (uncounted & 1, open_time_ns, number)) as open_time_ns,
        arg_max(close_time_ns, ((uncounted & 8) = 0, close_time_ns, number)) as close_time_ns,
        bit_and(uncounted) as uncounted
    from $table group by $keys
), carried as ( -- rest is less than half a unit of notional again
    select *, (rest % 1000000000000000000 + 1500000000000000000) % 1000000000000000000
        - 500000000000000000 as notional_rest
    from sums
), exact as (
    select * replace (notional + cast((rest - notional_rest) // 1000000000000000000
        as decimal(18, 0)) * cast(0.000000000000000001 as decimal(18, 18)) as notional)
    from carried
)
select $keys, open, high, low, close,
    cast(notional as double) / nullif(cast(volume as double), 0) as vwap,
    volume, notional, cast(notional_rest as bigint) as notional_rest, trades,
    open_time, close_time, open_time_ns, close_time_ns, uncounted
from exact;
