"""What writers of formats share, whatever they write."""
