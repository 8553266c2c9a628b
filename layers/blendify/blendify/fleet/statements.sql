-- The sums over all listeners, as `sums.py` computes them, for Athena. Each statement is one SELECT, in the SQL that
-- Trino and DuckDB have in common: integers are cast before a division, every order has a second key, and no text of
-- anybody's is ever put into one. {run}, {batch}, {batches} and {letters} are filled by `statements.py`, which checks them.
--
-- profiles(run, u, place, artist, name, image, millionths): the artists of each listener by number, the strongest at
-- place 1; image is '' without one; the weight in millionths.

-- name: listeners
SELECT count(DISTINCT u) AS listeners
  FROM profiles
 WHERE run = '{run}';

-- name: audience
SELECT artist, count(*) AS listeners
  FROM profiles
 WHERE run = '{run}'
 GROUP BY artist
HAVING count(*) >= 3
 ORDER BY artist;

-- name: neighbours
WITH profile AS (
    SELECT u, artist, CAST(millionths AS DOUBLE) / 1e6 AS w FROM profiles WHERE run = '{run}'
),
everyone AS (
    SELECT count(DISTINCT u) AS listeners FROM profile
),
audience AS (
    SELECT artist, CASE WHEN count(*) >= 3 THEN count(*) ELSE 2 END AS listeners FROM profile GROUP BY artist
),
weighed AS (
    SELECT p.u, p.artist, a.listeners, e.listeners AS everybody,
           sqrt(p.w) * ln(1e0 + CAST(e.listeners + 200 AS DOUBLE) / CAST(a.listeners + 4 AS DOUBLE)) AS raw
      FROM profile p JOIN audience a ON a.artist = p.artist CROSS JOIN everyone e
),
normal AS (
    SELECT u, artist, listeners, everybody, raw / sqrt(sum(raw * raw) OVER (PARTITION BY u)) AS v FROM weighed
),
telling AS (
    SELECT u, artist, v FROM normal WHERE listeners <= 50 OR listeners * 10 <= everybody
),
ranked AS (
    SELECT u, artist, v, row_number() OVER (PARTITION BY artist ORDER BY v DESC, u) AS place FROM telling
),
narrow AS (
    SELECT u, artist, v FROM ranked WHERE place <= 500
),
joined AS (
    SELECT x.u, y.u AS other, sum(x.v * y.v) AS cosine, count(*) AS shared
      FROM narrow x JOIN narrow y ON y.artist = x.artist AND y.u <> x.u
     WHERE x.u % {batches} = {batch}
     GROUP BY x.u, y.u
    HAVING count(*) >= 3
),
scored AS (
    SELECT u, other, round(cosine * CAST(shared AS DOUBLE) / CAST(shared + 5 AS DOUBLE), 9) AS score FROM joined
),
best AS (
    SELECT u, other, row_number() OVER (PARTITION BY u ORDER BY score DESC, other) AS place FROM scored
),
exact AS (
    SELECT b.u, b.other,
           round(sum(x.v * y.v) * CAST(count(*) AS DOUBLE) / CAST(count(*) + 5 AS DOUBLE), 9) AS score
      FROM best b JOIN telling x ON x.u = b.u JOIN telling y ON y.u = b.other AND y.artist = x.artist
     WHERE b.place <= 50
     GROUP BY b.u, b.other
)
SELECT u, other, round(score, 6) AS likeness
  FROM exact
 ORDER BY u, score DESC, other;

-- name: near
WITH core AS (
    SELECT u, artist, CAST(millionths AS DOUBLE) / 1e6 AS w FROM profiles WHERE run = '{run}' AND place <= 100
),
lengths AS (
    SELECT artist, sqrt(sum(w * w)) AS length FROM core GROUP BY artist HAVING count(*) >= 3
),
normal AS (
    SELECT c.u, c.artist, c.w / l.length AS z FROM core c JOIN lengths l ON l.artist = c.artist
),
joined AS (
    SELECT x.artist, y.artist AS other, sum(x.z * y.z) AS cosine, count(*) AS shared
      FROM normal x JOIN normal y ON y.u = x.u AND y.artist <> x.artist
     WHERE strpos('{letters}', substr(x.artist, 1, 1)) > 0
     GROUP BY x.artist, y.artist
    HAVING count(*) >= 3
),
scored AS (
    SELECT artist, other, shared, round(cosine * CAST(shared AS DOUBLE) / CAST(shared + 5 AS DOUBLE), 9) AS score
      FROM joined
),
ranked AS (
    SELECT artist, other, shared, score, row_number() OVER (PARTITION BY artist ORDER BY score DESC, other) AS place
      FROM scored
),
named AS (
    SELECT artist, name, row_number() OVER (PARTITION BY artist ORDER BY count(*) DESC, name) AS place
      FROM profiles WHERE run = '{run}' GROUP BY artist, name
),
pictured AS (
    SELECT artist, image, row_number() OVER (PARTITION BY artist ORDER BY count(*) DESC, image) AS place
      FROM profiles WHERE run = '{run}' AND image <> '' GROUP BY artist, image
)
SELECT r.artist, r.other, n.name, i.image, round(r.score, 6) AS nearness, r.shared
  FROM ranked r
  JOIN named n ON n.artist = r.other AND n.place = 1
  LEFT JOIN pictured i ON i.artist = r.other AND i.place = 1
 WHERE r.place <= 50
 ORDER BY r.artist, r.place;
