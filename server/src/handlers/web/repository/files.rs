//! The files of an image or of what one of its layers did.

use app::api::error::PageError;
use app::api::repository::files::{FileContent, FileLayer, FileRow, FilesPage, FilesQuery};

use crate::catalog::{self, Change, FileKind, StopReason};
use crate::handlers::web::sources::CatalogPages;
use crate::handlers::web::{person, views};

pub(super) async fn files(
    pages: &CatalogPages,
    name: &str,
    reference: &str,
    query: &FilesQuery,
) -> Result<FilesPage, PageError> {
    let name = views::repository_name(name)?;
    let parsed = views::reference(reference)?;
    let asked = catalog::FilesQuery {
        platform: query.platform.clone(),
        layer: query.layer,
        path: query.path.clone(),
        search: query.search.clone(),
    };
    let found = pages
        .catalog
        .files(&pages.reader, &name, &parsed, &asked)
        .await;
    let page = found.map_err(views::page_error)?;
    let owner = person::owner(&page.owner);
    Ok(FilesPage {
        name: format!("{}/{}", owner.name, name.path()),
        repository: name.path().to_string(),
        owner,
        reference: reference.to_owned(),
        digest: page.image.digest.to_string(),
        platform: page.image.platform,
        platforms: page
            .image
            .choices
            .into_iter()
            .map(|(platform, _)| platform)
            .collect(),
        layers: page.layers.into_iter().map(layer).collect(),
        layer: page.layer.map(|index| index + 1),
        path: page.path,
        rows: page.rows.into_iter().map(row).collect(),
        row_count: page.row_count,
        content: page.content.map(|content| FileContent {
            row: row(content.row),
            text: content.text,
        }),
        file_count: page.file_count,
        unpacked_size: page.unpacked,
    })
}

fn layer(layer: catalog::LayerSummary) -> FileLayer {
    FileLayer {
        digest: layer.digest.to_string(),
        size: layer.size,
        command: layer.command.filter(|command| !command.is_empty()),
        added: layer.added,
        changed: layer.changed,
        deleted: layer.deleted,
        stopped: layer.stopped.map(|reason| stop_word(reason).to_owned()),
    }
}

const fn stop_word(reason: StopReason) -> &'static str {
    match reason {
        StopReason::Entries => "entries",
        StopReason::Bytes => "bytes",
        StopReason::Ratio => "ratio",
        StopReason::Time => "time",
        StopReason::Malformed => "malformed",
    }
}

fn row(row: catalog::FileRow) -> FileRow {
    let kind = match row.kind {
        FileKind::File => "file",
        FileKind::Folder => "folder",
        FileKind::Symlink => "symlink",
        FileKind::HardLink => "hardLink",
        FileKind::Special => "special",
    };
    let change = row.change.map(|change| match change {
        Change::Added => "added",
        Change::Changed => "changed",
        Change::Deleted => "deleted",
    });
    FileRow {
        mode: row.mode.map(|mode| mode_text(row.kind, mode)),
        path: row.path,
        kind: kind.to_owned(),
        size: row.size,
        link: row.link,
        layer: row.layer.map(|index| index + 1),
        change: change.map(str::to_owned),
    }
}

/// Permissions as `ls -l` writes them.
fn mode_text(kind: FileKind, mode: u32) -> String {
    let mut text = String::from(match kind {
        FileKind::Folder => "d",
        FileKind::Symlink => "l",
        FileKind::Special => "?",
        FileKind::File | FileKind::HardLink => "-",
    });
    let special = [(0o4000, 's'), (0o2000, 's'), (0o1000, 't')];
    for (index, (bit, letter)) in special.into_iter().enumerate() {
        let bits = mode >> (6 - 3 * index);
        text.push(if bits & 4 == 0 { '-' } else { 'r' });
        text.push(if bits & 2 == 0 { '-' } else { 'w' });
        text.push(match (mode & bit != 0, bits & 1 != 0) {
            (true, true) => letter,
            (true, false) => letter.to_ascii_uppercase(),
            (false, true) => 'x',
            (false, false) => '-',
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_read_as_those_of_ls() {
        for (kind, mode, expected) in [
            (FileKind::File, 0o644, "-rw-r--r--"),
            (FileKind::Folder, 0o1777, "drwxrwxrwt"),
            (FileKind::File, 0o4755, "-rwsr-xr-x"),
            (FileKind::File, 0o2644, "-rw-r-Sr--"),
            (FileKind::Symlink, 0o777, "lrwxrwxrwx"),
        ] {
            assert_eq!(mode_text(kind, mode), expected);
        }
    }
}
