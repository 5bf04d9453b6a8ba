//! OCI image layouts: folders with images, built by umoci or by hand.

use std::path::{Path, PathBuf};

use oci::Digest;
use serde_json::{Value, json};

use super::tools::{program, run};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// A folder in the form of the OCI image layout specification.
pub struct Layout {
    pub folder: PathBuf,
}

impl Layout {
    /// A layout without images. The folder must not exist.
    pub fn create(folder: PathBuf) -> Self {
        run(program("umoci").arg("init").arg("--layout").arg(&folder));
        Self { folder }
    }

    /// Files of this machine as an image, each layer a folder and what it takes from there.
    pub fn build(&self, tag: &str, architecture: &str, layers: &[(&Path, &str)]) {
        let image = format!("{}:{tag}", self.folder.display());
        run(program("umoci").args(["new", "--image", &image]));
        let archive = self.folder.with_extension("layer.tar");
        for (folder, path) in layers {
            // Some files of a system are for root alone: without them it is as large as it has to be.
            run(program("tar")
                .args([
                    "--create",
                    "--ignore-failed-read",
                    "--owner=0",
                    "--group=0",
                    "--file",
                ])
                .arg(&archive)
                .arg("--directory")
                .args([folder.as_os_str(), path.as_ref()]));
            run(program("umoci")
                .args(["raw", "add-layer", "--image", &image])
                .arg(&archive));
        }
        std::fs::remove_file(&archive).unwrap();
        run(program("umoci")
            .args([
                "config",
                "--image",
                &image,
                "--os",
                "linux",
                "--architecture",
                architecture,
            ])
            .args(["--config.cmd", "/bin/busybox"]));
    }

    /// Adds an index of images that are here, one for each architecture, which are their tags.
    pub fn add_index(&self, tag: &str, architectures: &[&str]) {
        let manifests: Vec<Value> = architectures
            .iter()
            .map(|architecture| {
                let mut descriptor = self.descriptor(architecture);
                descriptor["platform"] = json!({ "os": "linux", "architecture": architecture });
                descriptor
            })
            .collect();
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": manifests });
        self.add_manifest(tag, INDEX, &index);
    }

    /// Adds an artifact: a manifest with one layer, and perhaps a subject.
    pub fn add_artifact(
        &self,
        tag: &str,
        config: (&str, &[u8]),
        layer: (&str, &[u8]),
        more: &Value,
    ) {
        let mut manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.add_blob(config.0, config.1),
            "layers": [self.add_blob(layer.0, layer.1)],
        });
        manifest
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        self.add_manifest(tag, MANIFEST, &manifest);
    }

    /// The descriptor of a tag in `index.json`, without its annotations.
    pub fn descriptor(&self, tag: &str) -> Value {
        let index = self.index();
        let found = index["manifests"]
            .as_array()
            .unwrap()
            .iter()
            .find(|descriptor| {
                descriptor["annotations"]["org.opencontainers.image.ref.name"] == tag
            });
        let mut descriptor = found
            .unwrap_or_else(|| panic!("no {tag} in {index}"))
            .clone();
        descriptor.as_object_mut().unwrap().remove("annotations");
        descriptor
    }

    /// The digest of a tag's manifest.
    pub fn digest(&self, tag: &str) -> Digest {
        self.descriptor(tag)["digest"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap()
    }

    /// The manifest of a tag.
    pub fn manifest(&self, tag: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.blob(&self.digest(tag))).unwrap()).unwrap()
    }

    /// The sizes of a tag's layers, in bytes.
    pub fn layer_sizes(&self, tag: &str) -> Vec<u64> {
        let manifest = self.manifest(tag);
        manifest["layers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|layer| layer["size"].as_u64().unwrap())
            .collect()
    }

    /// The file of a blob.
    pub fn blob(&self, digest: &Digest) -> PathBuf {
        self.folder
            .join("blobs")
            .join(digest.algorithm().as_str())
            .join(digest.hex())
    }

    /// Every blob matches its name. How many there are.
    pub fn verify(&self) -> usize {
        let mut count = 0;
        for entry in std::fs::read_dir(self.folder.join("blobs/sha256")).unwrap() {
            let path = entry.unwrap().path();
            let printed = run(program("sha256sum").arg(&path));
            assert!(
                printed.starts_with(path.file_name().unwrap().to_str().unwrap()),
                "{printed}"
            );
            count += 1;
        }
        count
    }

    fn add_blob(&self, media_type: &str, content: &[u8]) -> Value {
        let digest = Digest::sha256_of(content);
        std::fs::create_dir_all(self.folder.join("blobs/sha256")).unwrap();
        std::fs::write(self.blob(&digest), content).unwrap();
        json!({ "mediaType": media_type, "digest": digest.to_string(), "size": content.len() })
    }

    fn add_manifest(&self, tag: &str, media_type: &str, manifest: &Value) {
        let mut descriptor = self.add_blob(media_type, manifest.to_string().as_bytes());
        descriptor["annotations"] = json!({ "org.opencontainers.image.ref.name": tag });
        let mut index = self.index();
        // umoci writes an empty list as null.
        let mut manifests = index["manifests"].as_array().cloned().unwrap_or_default();
        manifests.push(descriptor);
        index["manifests"] = manifests.into();
        std::fs::write(self.folder.join("index.json"), index.to_string()).unwrap();
    }

    fn index(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.folder.join("index.json")).unwrap()).unwrap()
    }
}
