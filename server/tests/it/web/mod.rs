//! The pages about people, repositories and images, as HTML and as JSON.

mod compare;
mod files;
mod images;
mod pages;
mod pictures;
mod privacy;
mod repositories;
mod samples;
mod search;
mod tags;
