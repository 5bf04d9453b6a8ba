-- What pages show of manifests, layers and repositories. All of it is a cache: rows may be deleted at any time.

-- What a manifest is, read from it and its config, by digest, so the same in every repository.
CREATE TABLE image_facts (
    digest      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind        TEXT COLLATE "C" NOT NULL,  -- image, index, helm, …
    platform    TEXT,              -- linux/arm64/v8, where the config says so
    size        BIGINT NOT NULL,  -- bytes of config and layers; for an index of everything it lists
    layer_count BIGINT NOT NULL,
    built_at    BIGINT            -- when it says that it was built
);
-- What a manifest names, each part once.
CREATE TABLE image_parts (
    manifest TEXT COLLATE "C" NOT NULL,
    part     TEXT COLLATE "C" NOT NULL,
    role     TEXT COLLATE "C" NOT NULL,     -- config, layer, child, attestation
    position BIGINT NOT NULL,
    size     BIGINT NOT NULL,
    platform TEXT,                 -- of a child
    PRIMARY KEY (manifest, part)
);
CREATE INDEX image_parts_part ON image_parts (part, manifest);

-- The files of a layer, as far as they could be listed.
CREATE TABLE layer_listings (
    digest    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    listing   BYTEA NOT NULL,    -- compressed; see server/src/catalog/files/listing.rs
    unpacked  BIGINT NOT NULL,    -- bytes of the archive, decompressed
    listed_at BIGINT NOT NULL
);

-- What an owner says of a repository: the last `io.atcr.repo.page` seen.
CREATE TABLE repository_pages (
    owner_did   TEXT COLLATE "C" NOT NULL,
    repository  TEXT COLLATE "C" NOT NULL,
    record      TEXT,              -- the record as JSON; NULL: there is none
    record_uri  TEXT,
    checked_at  BIGINT NOT NULL,
    PRIMARY KEY (owner_did, repository)
);

-- What can be searched for, one row for a repository.
CREATE TABLE repository_search (
    owner_did  TEXT COLLATE "C" NOT NULL,
    repository TEXT COLLATE "C" NOT NULL,
    words      TEXT COLLATE "C" NOT NULL,   -- lower case: handle, name, description
    summary    TEXT COLLATE "C" NOT NULL,   -- one line for people
    platforms  TEXT COLLATE "C" NOT NULL,   -- ' linux/amd64 linux/arm64 '
    kinds      TEXT COLLATE "C" NOT NULL,   -- ' image helm '
    is_signed  BIGINT NOT NULL,   -- 0 or 1
    has_readme BIGINT NOT NULL,   -- 0 or 1
    tag_count  BIGINT NOT NULL,
    size       BIGINT NOT NULL,   -- bytes of its distinct blobs
    pushed_at  BIGINT NOT NULL,
    PRIMARY KEY (owner_did, repository)
);
CREATE INDEX repository_search_pushed ON repository_search (pushed_at);
CREATE INDEX tags_updated ON tags (owner_did, repository, updated_at);
