#!/usr/bin/env bash
# Fetches the schemas that the manifests are checked against: schemas.sh FOLDER. Needs Go, and the Python given by PYTHON.
# Kubernetes' own come with a Python package, those of KEDA and of MongoDB's operator with their Go modules.
set -euo pipefail
folder=$1 keda=v2.21.0 mongodb=v0.9.0 validate=1.37.0
mkdir -p "$folder/crds"
[ -d "$folder/python/kubernetes_validate" ] ||
  "${PYTHON:-python3}" -m pip install --quiet --no-deps --target "$folder/python" "kubernetes-validate==$validate"
module() { (cd / && go mod download -json "$1") | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'; }
install -m 644 "$(module "github.com/kedacore/keda/v2@$keda")"/config/crd/bases/keda.sh_{scaledobjects,triggerauthentications}.yaml "$folder/crds"
install -m 644 "$(module "github.com/mongodb/mongodb-kubernetes-operator@$mongodb")"/config/crd/bases/*.yaml "$folder/crds"
echo "The schemas are in $folder."
