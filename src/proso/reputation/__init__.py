"""Stage 2: what the hub believes.

`rule` is the rule for one subject, in plain arithmetic: what an explanation shows.  `weighing` is
the same rule for all subjects at once, as dataframe expressions: what a release runs.  A property
test holds the two equal.
"""
