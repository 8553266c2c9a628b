"""Users, their connections and grants, tokens, logins and sessions."""
