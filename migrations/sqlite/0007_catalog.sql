-- What pages show of manifests, layers and repositories. All of it is a cache: rows may be deleted at any time.

-- What a manifest is, read from it and its config, by digest, so the same in every repository.
CREATE TABLE image_facts (
    digest      TEXT    NOT NULL PRIMARY KEY,
    kind        TEXT    NOT NULL,  -- image, index, helm, …
    platform    TEXT,              -- linux/arm64/v8, where the config says so
    size        INTEGER NOT NULL,  -- bytes of config and layers; for an index of everything it lists
    layer_count INTEGER NOT NULL,
    built_at    INTEGER            -- when it says that it was built
) STRICT, WITHOUT ROWID;
-- What a manifest names, each part once.
CREATE TABLE image_parts (
    manifest TEXT    NOT NULL,
    part     TEXT    NOT NULL,
    role     TEXT    NOT NULL,     -- config, layer, child, attestation
    position INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    platform TEXT,                 -- of a child
    PRIMARY KEY (manifest, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_parts_part ON image_parts (part, manifest);

-- The files of a layer, as far as they could be listed.
CREATE TABLE layer_listings (
    digest    TEXT    NOT NULL PRIMARY KEY,
    listing   BLOB    NOT NULL,    -- compressed; see server/src/catalog/files/listing.rs
    unpacked  INTEGER NOT NULL,    -- bytes of the archive, decompressed
    listed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What an owner says of a repository: the last `io.atcr.repo.page` seen.
CREATE TABLE repository_pages (
    owner_did   TEXT    NOT NULL,
    repository  TEXT    NOT NULL,
    record      TEXT,              -- the record as JSON; NULL: there is none
    record_uri  TEXT,
    checked_at  INTEGER NOT NULL,
    PRIMARY KEY (owner_did, repository)
) STRICT, WITHOUT ROWID;

-- What can be searched for, one row for a repository.
CREATE TABLE repository_search (
    owner_did  TEXT    NOT NULL,
    repository TEXT    NOT NULL,
    words      TEXT    NOT NULL,   -- lower case: handle, name, description
    summary    TEXT    NOT NULL,   -- one line for people
    platforms  TEXT    NOT NULL,   -- ' linux/amd64 linux/arm64 '
    kinds      TEXT    NOT NULL,   -- ' image helm '
    is_signed  INTEGER NOT NULL,   -- 0 or 1
    has_readme INTEGER NOT NULL,   -- 0 or 1
    tag_count  INTEGER NOT NULL,
    size       INTEGER NOT NULL,   -- bytes of its distinct blobs
    pushed_at  INTEGER NOT NULL,
    PRIMARY KEY (owner_did, repository)
) STRICT, WITHOUT ROWID;
CREATE INDEX repository_search_pushed ON repository_search (pushed_at);
CREATE INDEX tags_updated ON tags (owner_did, repository, updated_at);
