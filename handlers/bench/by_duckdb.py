"""One-minute bars by DuckDB on one thread, in decimals; all eighteen digits of the notional."""

from pathlib import Path

import duckdb
from peers import main

BARS = """
select time_bucket(interval 1 minute, timestamp) as minute, symbol,
       first(price) as open, max(price) as high, min(price) as low, last(price) as close,
       sum(size) as volume, sum(price * size) as notional, count(*) as trades
from read_csv(?, header = true, auto_detect = false, delim = ',', quote = '"', columns = {
    'timestamp': 'TIMESTAMP_NS', 'symbol': 'VARCHAR',
    'price': 'DECIMAL(18, 9)', 'size': 'DECIMAL(18, 9)',
    'exchange': 'VARCHAR', 'conditions': 'VARCHAR'})
group by all order by all
"""


def bars(file: Path) -> int:
    """How many bars DuckDB makes of a file."""
    with duckdb.connect(config={"threads": 1}) as connection:
        return len(connection.execute(BARS, [str(file)]).fetchall())


if __name__ == "__main__":
    main("DuckDB", duckdb.__version__, bars)
