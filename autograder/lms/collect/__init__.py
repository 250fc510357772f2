"""From the archive that a learning system lets one download to submitted/."""
