"""MiniStack with what AWS does when a stack is created and deleted, and MiniStack does not.

Parallel deletion along the dependency graph with real failures, dependency violations, network interfaces of Glue's
that linger after a run, runs that stop slowly, and the CloudFormation types that our stack needs beside MiniStack's.
It replaces functions of exactly one version of MiniStack (MIT): see __main__.py.
"""
