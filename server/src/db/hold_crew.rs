//! `hold_captain`, `hold_crew`, `hold_captaincy_offer`: who somebody is to the hold, as its records say.

use super::{Database, DatabaseError, Transaction, execute, on_pool, on_transaction};

/// The captain record.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct CaptainRow {
    /// The captain.
    pub owner_did: String,
    /// Whether everybody may read.
    #[sqlx(try_from = "i64")]
    pub public: Flag,
    /// Whether everybody who is signed in may join.
    #[sqlx(try_from = "i64")]
    pub allow_all_crew: Flag,
    /// Whether pushes are announced.
    #[sqlx(try_from = "i64")]
    pub enable_bluesky_posts: Flag,
}

/// Yes or no, as a number in both engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag(pub bool);

impl From<i64> for Flag {
    fn from(number: i64) -> Self {
        Self(number != 0)
    }
}

/// A crew record.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct CrewRow {
    /// The member.
    pub member_did: String,
    /// Key of the record.
    pub record_key: String,
    /// A word for people.
    pub role: String,
    /// JSON array of texts.
    pub permissions: String,
    /// Name of the quota; `None` for the default.
    pub tier: Option<String>,
    /// In unix milliseconds.
    pub added_at: i64,
}

/// An offer of the captaincy.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct CaptaincyOfferRow {
    /// To whom.
    pub member_did: String,
    /// By whom.
    pub offered_by: String,
    /// In unix milliseconds.
    pub offered_at: i64,
}

impl Database {
    /// The captain; `None` before the hold is set up.
    pub async fn find_captain(&self) -> Result<Option<CaptainRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, CaptainRow>(
                "SELECT owner_did, public, allow_all_crew, enable_bluesky_posts
                FROM hold_captain
                WHERE id = 1",
                []
            ),
            fetch_optional
        )?)
    }

    /// A member of the crew.
    pub async fn find_crew(&self, member_did: &str) -> Result<Option<CrewRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, CrewRow>(
                "SELECT member_did, record_key, role, permissions, tier, added_at
                FROM hold_crew
                WHERE member_did = $1",
                [member_did]
            ),
            fetch_optional
        )?)
    }

    /// The crew by DID, behind `after`.
    pub async fn list_crew(&self, after: &str, limit: i64) -> Result<Vec<CrewRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, CrewRow>(
                "SELECT member_did, record_key, role, permissions, tier, added_at
                FROM hold_crew
                WHERE member_did > $1
                ORDER BY member_did
                LIMIT $2",
                [after, limit]
            ),
            fetch_all
        )?)
    }

    /// The captaincy's offer, if there is one.
    pub async fn find_captaincy_offer(&self) -> Result<Option<CaptaincyOfferRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, CaptaincyOfferRow>(
                "SELECT member_did, offered_by, offered_at FROM hold_captaincy_offer WHERE id = 1",
                []
            ),
            fetch_optional
        )?)
    }
}

impl Transaction {
    /// The captain, as this transaction sees it.
    pub async fn find_captain(&mut self) -> Result<Option<CaptainRow>, DatabaseError> {
        Ok(on_transaction!(
            self,
            query_as::<_, CaptainRow>(
                "SELECT owner_did, public, allow_all_crew, enable_bluesky_posts
                FROM hold_captain
                WHERE id = 1",
                []
            ),
            fetch_optional
        )?)
    }

    /// A member of the crew, as this transaction sees it.
    pub async fn find_crew(&mut self, member_did: &str) -> Result<Option<CrewRow>, DatabaseError> {
        Ok(on_transaction!(
            self,
            query_as::<_, CrewRow>(
                "SELECT member_did, record_key, role, permissions, tier, added_at
                FROM hold_crew
                WHERE member_did = $1",
                [member_did]
            ),
            fetch_optional
        )?)
    }

    /// The member whose record has this key.
    pub async fn find_crew_by_record(
        &mut self,
        record_key: &str,
    ) -> Result<Option<CrewRow>, DatabaseError> {
        Ok(on_transaction!(
            self,
            query_as::<_, CrewRow>(
                "SELECT member_did, record_key, role, permissions, tier, added_at
                FROM hold_crew
                WHERE record_key = $1",
                [record_key]
            ),
            fetch_optional
        )?)
    }

    /// Follows the captain record.
    pub async fn upsert_captain(&mut self, captain: &CaptainRow) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_captain (id, owner_did, public, allow_all_crew, enable_bluesky_posts)
            VALUES (1, $1, $2, $3, $4)
            ON CONFLICT (id) DO UPDATE SET
                owner_did = excluded.owner_did,
                public = excluded.public,
                allow_all_crew = excluded.allow_all_crew,
                enable_bluesky_posts = excluded.enable_bluesky_posts",
            [
                captain.owner_did.as_str(),
                i64::from(captain.public.0),
                i64::from(captain.allow_all_crew.0),
                i64::from(captain.enable_bluesky_posts.0)
            ]
        )?;
        Ok(())
    }

    /// Follows a crew record.
    pub async fn upsert_crew(&mut self, crew: &CrewRow) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_crew (member_did, record_key, role, permissions, tier, added_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (member_did) DO UPDATE SET
                record_key = excluded.record_key,
                role = excluded.role,
                permissions = excluded.permissions,
                tier = excluded.tier,
                added_at = excluded.added_at",
            [
                crew.member_did.as_str(),
                crew.record_key.as_str(),
                crew.role.as_str(),
                crew.permissions.as_str(),
                crew.tier.as_deref(),
                crew.added_at
            ]
        )?;
        Ok(())
    }

    /// Follows the deletion of a crew record.
    pub async fn delete_crew_by_record(&mut self, record_key: &str) -> Result<(), DatabaseError> {
        execute!(
            self,
            "DELETE FROM hold_crew WHERE record_key = $1",
            [record_key]
        )?;
        Ok(())
    }

    /// Offers the captaincy, instead of any earlier offer.
    pub async fn upsert_captaincy_offer(
        &mut self,
        offer: &CaptaincyOfferRow,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_captaincy_offer (id, member_did, offered_by, offered_at)
            VALUES (1, $1, $2, $3)
            ON CONFLICT (id) DO UPDATE SET
                member_did = excluded.member_did,
                offered_by = excluded.offered_by,
                offered_at = excluded.offered_at",
            [
                offer.member_did.as_str(),
                offer.offered_by.as_str(),
                offer.offered_at
            ]
        )?;
        Ok(())
    }

    /// The captaincy's offer, as this transaction sees it.
    pub async fn find_captaincy_offer(
        &mut self,
    ) -> Result<Option<CaptaincyOfferRow>, DatabaseError> {
        Ok(on_transaction!(
            self,
            query_as::<_, CaptaincyOfferRow>(
                "SELECT member_did, offered_by, offered_at FROM hold_captaincy_offer WHERE id = 1",
                []
            ),
            fetch_optional
        )?)
    }

    /// Ends the offer to the member whose record has this key, if there is one.
    pub async fn end_captaincy_offer_to(&mut self, record_key: &str) -> Result<(), DatabaseError> {
        execute!(
            self,
            "DELETE FROM hold_captaincy_offer
            WHERE member_did IN (SELECT member_did FROM hold_crew WHERE record_key = $1)",
            [record_key]
        )?;
        Ok(())
    }

    /// Takes the offer back, or off. `false` when there was none.
    pub async fn delete_captaincy_offer(&mut self) -> Result<bool, DatabaseError> {
        Ok(execute!(self, "DELETE FROM hold_captaincy_offer WHERE id = 1", [])? == 1)
    }
}
