"""What a configuration connects: topics, queues, views and actions as a graph; its loops; and drawings of it.

Built from definitions alone. Nothing here runs anything.
"""
