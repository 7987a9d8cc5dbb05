"""Two processes of this machine train together: are their gradients those of one process?

A check of the suite ``deployment``, beside the exports: that a framework's own way of averaging
gradients works on one machine, over the loopback. It says nothing of several machines or scaling.
"""
