//! Looking through a whole database, for what should not be there any more.

use sqlx::{AssertSqlSafe, Connection as _};

/// The tables in which some row has `text` in some column, whatever its type.
pub async fn tables_with(database_url: &str, text: &str) -> Vec<String> {
    if database_url.starts_with("postgres") {
        in_postgresql(database_url, text).await
    } else {
        in_sqlite(database_url, text).await
    }
}

async fn in_postgresql(database_url: &str, text: &str) -> Vec<String> {
    let mut connection = sqlx::PgConnection::connect(database_url).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let mut found = Vec::new();
    for table in tables {
        // Bytes are written in hexadecimal.
        let count = format!(
            "SELECT COUNT(*) FROM {table} AS row
              WHERE CAST(row AS TEXT) LIKE $1 OR CAST(row AS TEXT) LIKE $2"
        );
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(count))
            .bind(format!("%{text}%"))
            .bind(format!("%{}%", hex::encode(text)))
            .fetch_one(&mut connection)
            .await
            .unwrap();
        if rows > 0 {
            found.push(table);
        }
    }
    found
}

async fn in_sqlite(database_url: &str, text: &str) -> Vec<String> {
    let mut connection = sqlx::SqliteConnection::connect(database_url).await.unwrap();
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT tables.name, columns.name
           FROM sqlite_master AS tables
           JOIN pragma_table_info(tables.name) AS columns
          WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite%'
          ORDER BY 1",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let mut found: Vec<String> = Vec::new();
    for (table, column) in columns {
        let count = format!(
            "SELECT COUNT(*) FROM {table} WHERE INSTR(CAST(\"{column}\" AS BLOB), CAST($1 AS BLOB)) > 0"
        );
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(count))
            .bind(text)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        if rows > 0 && found.last() != Some(&table) {
            found.push(table);
        }
    }
    found
}
