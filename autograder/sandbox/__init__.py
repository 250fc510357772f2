"""The trusted end of a sealed kernel: runs a student's notebook and carries calls into it.

``limits`` says how much it may use, ``bubblewrap`` what it can see, ``preloaded`` starts
kernels quickly, ``provisioner`` gives them to jupyter_client, ``watch`` enforces the
limits, and ``session`` runs a notebook with nbclient and then answers the graders.
"""
