//! The pages about people, repositories and images, as HTML and as JSON.

mod about;
mod compare;
mod data;
mod errors;
mod files;
mod forms;
mod holds;
mod holds_elsewhere;
mod home;
mod images;
mod owner;
mod owner_deletions;
mod owner_settings;
mod pages;
mod pictures;
mod privacy;
mod repositories;
mod samples;
mod search;
mod space;
mod tags;
