"""Pushes and pulls with oras: python3 use_oras.py push|pull HOST REPOSITORY FOLDER [USER PASSWORD]

push   pushes note.txt as `v1` and signature.txt, whose subject is `v1`, as `signature`; prints both digests
pull   pulls both into the folder, without a login
"""

import os
import sys

import oras.client
import oras.oci

NOTE, SIGNATURE = "text/plain", "application/x-signature"


def push(client, image):
    note = client.push(target=f"{image}:v1", files=[f"note.txt:{NOTE}"])
    subject = oras.oci.Subject(
        mediaType="application/vnd.oci.image.manifest.v1+json",
        digest=note.headers["docker-content-digest"],
        size=len(note.request.body),
    )
    signature = client.push(
        target=f"{image}:signature", files=[f"signature.txt:{SIGNATURE}"], subject=subject, do_chunked=True
    )
    print(subject.digest, signature.headers["docker-content-digest"])


def main():
    action, host, repository, folder, *login = sys.argv[1:]
    os.chdir(folder)
    client = oras.client.OrasClient(hostname=host, insecure=True)
    image = f"{host}/{repository}"
    if action == "push":
        client.login(hostname=host, username=login[0], password=login[1])
        push(client, image)
    else:
        client.pull(target=f"{image}:v1", outdir=folder)
        client.pull(target=f"{image}:signature", outdir=folder)


main()
