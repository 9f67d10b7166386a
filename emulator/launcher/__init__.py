"""Starts MiniStack with the corrections that make it answer as AWS does where our tests depend on it.

Every correction is one function that names the rule of AWS it restores. None of them is for the convenience of a
test: what AWS would refuse must be refused here. Some functions more let the harness have AWS fail where only AWS
itself can: in the middle of a batch, inside a region, between two replicas of a table. Outside a test nobody asks
for that, so that they change nothing.

settings.py says what is read from the environment. Standard input is held open by the parent and says nothing. When
it closes, the parent is gone, and this process ends together with all its workers.
"""
