"""The permissions a listener can be asked for, in the words of a consent page."""

SCOPES = {
    "app-remote-control": "Control playback in the app on this device",
    "playlist-modify-private": "Change your private playlists",
    "playlist-modify-public": "Change your public playlists",
    "playlist-read-collaborative": "See the collaborative playlists you take part in",
    "playlist-read-private": "See your private playlists",
    "streaming": "Play music in other applications",
    "ugc-image-upload": "Upload pictures for you",
    "user-follow-modify": "Change whom you follow",
    "user-follow-read": "See which artists you follow",
    "user-library-modify": "Change what is saved in your library",
    "user-library-read": "See the tracks and albums saved in your library",
    "user-modify-playback-state": "Control what you are playing",
    "user-personalized": "See content made for you",
    "user-read-currently-playing": "See what you are playing now",
    "user-read-email": "See your e-mail address",
    "user-read-playback-position": "See where you stopped in podcasts",
    "user-read-playback-state": "See your playback and devices",
    "user-read-private": "See your country and subscription",
    "user-read-recently-played": "See what you have played recently",
    "user-top-read": "See your top artists and tracks",
}

ALL = frozenset(SCOPES)
