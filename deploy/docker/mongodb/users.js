// A user for each service, with rights on its own database alone, and one for the operator's commands that only reads.
const password = process.env.SERVICE_PASSWORD;
for (const name of ["identity", "catalog", "search", "checkout", "payment", "sharecode", "alipay_sandbox"]) {
  db.getSiblingDB(name).createUser({ user: name, pwd: password, roles: [{ role: "dbOwner", db: name }] });
}
db.getSiblingDB("admin").createUser({ user: "operator", pwd: password, roles: [{ role: "readAnyDatabase", db: "admin" }] });
