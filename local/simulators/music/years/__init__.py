"""Two years in the life of an invented listener: what she plays, likes, follows and puts into playlists, day by day."""
