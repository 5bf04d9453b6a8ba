//! The files of layers and images: read by streaming, never unpacked, listed once and kept.

mod image_files;
mod layer_stream;
mod list_layer;
mod listing;
mod merged;
mod packages;
mod tar;
mod view;

pub use image_files::ChosenImage;
pub use layer_stream::StopReason;
pub use listing::FileKind;
pub use merged::{Change, MergedFiles};
pub use packages::PackageList;
pub use view::{FileContent, FileRow, FilesPage, FilesQuery, LayerSummary};

pub(super) use image_files::is_archive;
pub(super) use list_layer::ListingTurns;
