// A user for each service that has a database, who can read and write that one alone, and one for the operator's commands
// who only reads. The passwords are in the environment of the container: IDENTITY_PASSWORD and so on.
const services = ["identity", "catalog", "checkout", "payment", "sharecode", "webhooks", "feeds", "alipay_sandbox"];
for (const name of services) {
  const pwd = process.env[`${name.toUpperCase()}_PASSWORD`];
  db.getSiblingDB(name).createUser({ user: name, pwd, roles: [{ role: "readWrite", db: name }] });
}
const reader = { user: "operator", pwd: process.env.OPERATOR_PASSWORD, roles: [{ role: "readAnyDatabase", db: "admin" }] };
db.getSiblingDB("admin").createUser(reader);
