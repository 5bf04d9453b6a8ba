### One manifest: an image, an index or an artifact.

# For search engines and other sites: "Helm chart alice.example/charts/app:1.0, sha256:…".
image-description = { $kind } { $image }, { $digest }

## At a glance. Values stand after these names.

image-about = About this image
image-facts = At a glance
image-kind = Kind
image-digest = Digest
image-digest-copy = Copy the digest
image-tags = Tags
image-runs-on = Runs on
image-compressed = Compressed
image-unpacked = Unpacked
# The bytes of the layers that no other tag has.
image-only-here = Only here
# The bytes of the layers that other tags have too.
image-shared = Shared
image-shared-size = { $size } with other tags
image-layers = Layers
image-built = Built
# The manifest that a signature, say, is about.
image-subject = Speaks about
image-media-type = Media type
image-artifact-type = Artifact type
image-pushed-by = Pushed by
image-hold = Hold
image-annotations = Annotations
image-record = Record
image-record-note = The manifest is signed in the owner's repo:

## The layers.

image-files-link = Browse all files
image-layer-no-command = The image does not say what made this layer.
# $share is a percentage with its sign.
image-layer-size = { $size }, { $share } of the image
image-layer-files = Files
image-layer-files-label = Files of layer { $layer }
image-layer-shared =
    { $count ->
        [one] Also in { $count } other tag
       *[other] Also in { $count } other tags
    }

## The configuration. Values stand after these names.

image-config = Configuration
image-entry-point = Entry point
image-command = Command
image-working-folder = Working folder
image-user = User
image-user-none = root, since it names nobody
image-ports = Ports
image-volumes = Volumes
image-stop-signal = Stop signal
image-author = Author
image-environment = Environment
image-environment-caption = Environment variables
# In place of the value of a variable.
image-secret = hidden: looks like a secret
image-secret-why = It looks like a secret, so this page does not show it
image-labels = Labels

## The steps of the build.

image-history = History
image-steps = Every step of the build
# Beside the step that made it.
image-step-layer = layer { $layer }

## An index.

image-index = Images in this index
image-platform = Platform
# In place of a platform, where an image names none.
image-platform-any = any
image-attestation = attestation

## An artifact.

image-artifact-facts = What it says of itself
image-blobs = Files
image-blobs-caption = Files of the artifact
image-blob-name = Name
image-blob-unnamed = unnamed
image-blob-type = Type
image-blob-size = Size

## What speaks about the manifest, and the manifest itself.

image-referrers = Signatures and statements
image-referrers-note = Attached to this manifest. Longshore has not checked what they say.
image-manifest = Manifest
image-manifest-show = The exact document, { $size }
