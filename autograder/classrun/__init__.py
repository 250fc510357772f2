"""A whole class: evaluate in parallel, keep every result, record them one by one."""
