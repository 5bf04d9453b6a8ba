//! The pages about people, repositories and images, as HTML and as JSON.

mod about;
mod compare;
mod data;
mod errors;
mod files;
mod holds;
mod holds_elsewhere;
mod images;
mod pages;
mod privacy;
mod repositories;
mod samples;
mod search;
mod tags;
