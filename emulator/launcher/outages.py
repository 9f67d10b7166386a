"""Which regions and tables are lost, which links are cut and whose pollers stand still, as the harness ordered it.

The gateway fails the calls; here is what goes on inside AWS and passes no gateway: pollers, schedules, functions,
replication. Nothing is changed that an API shows, so that everything resumes as its user left it.
"""

import threading

_changed = threading.Condition()
_lost = frozenset()
_stalled = frozenset()
_cut = frozenset()
_lost_tables = frozenset()
_listeners = []


def order(lost, stalled, cut, lost_tables):
    """Replaces what is out of order by what is given.

    lost         names of regions in which nothing goes on
    stalled      names of regions whose event source mappings stand still
    cut          pairs of names of regions between which nothing passes
    lost_tables  pairs of a region and of the name of a table that answers nobody there; None for all its tables
    """
    global _lost, _stalled, _cut, _lost_tables
    with _changed:
        _lost = frozenset(lost)
        _stalled = frozenset(stalled)
        _cut = frozenset(frozenset(pair) for pair in cut)
        _lost_tables = frozenset(tuple(pair) for pair in lost_tables)
        _changed.notify_all()
    for listener in _listeners:
        listener()


def on_change(listener):
    """Has `listener` called after every order."""
    _listeners.append(listener)


def is_lost(region):
    return region in _lost


def pollers_run(region):
    return region not in _lost and region not in _stalled


def are_linked(region, other):
    """Whether anything gets from one region to the other."""
    return region not in _lost and other not in _lost and frozenset((region, other)) not in _cut


def table_runs(region, name):
    return (region, name) not in _lost_tables and (region, None) not in _lost_tables


def wait_while_lost(region):
    with _changed:
        _changed.wait_for(lambda: region not in _lost)
