"""What a poll, a re-sync, a call, a play and a month of a listener use of AWS, as the fleet counts them."""

from bench.machine import transitions
from bench.prices import STORED_GB_MONTH, Use

MONTH_DAYS = 30.4

# Counted by `make bench`, to whose figures tests/unit/test_bench_page.py compares them. A connection's item has 1 KB
# there, and up to 2 KB with real tokens, as here. Functions have 0.5 GB; seconds are estimates of warm functions with
# 80 ms a provider call.
POLL_USE = Use(
    lambda_requests=1,
    gb_seconds=0.5 * 0.35,
    # The claim and its index entry, the claim of a renewal and its release, the log's version.
    write_units=(2 + 2) + 2 * 2 + 1,
    read_units=4,
    kms_requests=1,
    # Sent with nine others, received, deleted.
    queue_requests=0.1 + 2,
    log_gb=1.2e-6,
)
NEWS_USE = Use(write_units=3 + 3 + 1 + (2 + 2))
"""What a poll with news writes besides its plays: staged pages, the log's entries, its intent, the next plan."""
RESYNC_USE = Use(
    transitions=transitions(),
    lambda_requests=10,
    gb_seconds=0.5 * (0.3 + 8 * 0.6 + 0.2),
    write_units=41 + 2 + (2 + 2),
    read_units=99,
    kms_requests=9,
    log_gb=9e-6,
)
CALL = Use(write_units=1)
"""Its slot of the application's rate limit."""
CALL_OF_RESYNC = Use(write_units=1)
"""Its slot of the user's rate limit, which polls do not use, and which is none where the application's is stricter."""
CALLS_PER_MINUTE_AND_USER = 100
PLAY = Use(history_write_units=3, history_gb_months=1e-6)
"""An appended record of a kilobyte with its entries in two indexes, stored for a month."""
USER_MONTH = Use(
    api_requests=60, lambda_requests=60, gb_seconds=60 * 0.05, history_read_units=600, history_gb_months=0.006
)
"""Two visits a day with the dashboard's own requests, and the storage of a first sync of 5,330 records."""
# Insights are counted as if each re-sync met a small change, and each poll with news twelve plays. A message takes a
# tenth of a second in a gigabyte; FIFO queues cost a quarter more a request, as which that is counted here.
INSIGHTS_OF_NEWS = Use(
    lambda_requests=1 + 1,
    gb_seconds=0.5 * 0.05 + 0.1,
    write_units=24,
    history_read_units=40.5,
    queue_requests=1.25 * (1 + 2),
)
INSIGHTS_OF_RESYNC = Use(
    lambda_requests=1 + 7,
    gb_seconds=0.5 * 0.05 + 7 * 0.1,
    write_units=77,
    history_read_units=150,
    queue_requests=1.25 * (1 + 7 * 2),
)
INSIGHTS_MONTH = 0.0022 * STORED_GB_MONTH
"""Dollars for the storage of the insights of a first sync, which have no backup."""
DISPATCH = Use(lambda_requests=1, gb_seconds=1.73 * 0.3, read_units=8, scheduler_invocations=1)
QUEUE_MONTH = Use(queue_requests=5 * 3 * 60 * 24 * MONTH_DAYS)
"""Lambda asks the queue of polls in five places, for twenty seconds each, also when it is empty."""
START_USE = Use(gb_seconds=1.73 * 0.01)
"""The part of a start in the dispatch."""
