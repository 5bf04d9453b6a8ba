//! Rebuilds when a migration file is added: `migrate!` does not notice new files by itself.

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
