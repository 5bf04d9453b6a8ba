//! The pages about people, repositories and images, as HTML and as JSON.

mod compare;
mod files;
mod images;
mod owner;
mod owner_deletions;
mod owner_settings;
mod pages;
mod privacy;
mod repositories;
mod samples;
mod search;
mod tags;
