// Makes the replica set and its users, or gives existing users their present passwords: idempotent, so run it again after a
// change. A user for each service that has a database, who can read and write that one alone, and one for the operator's
// commands, who only reads. Passwords are in the environment: IDENTITY_PASSWORD and so on.
const services = ["identity", "catalog", "checkout", "payment", "sharecode", "webhooks", "feeds"];

try {
  rs.status();
} catch (error) {
  if (error.codeName !== "NotYetInitialized") throw error;
  rs.initiate({ _id: "rs0", members: [{ _id: 0, host: "mongodb:27017" }] });
}
for (let tries = 0; !db.hello().isWritablePrimary; tries += 1) {
  if (tries === 120) throw new Error("no member of the replica set became primary within a minute");
  sleep(500);
}

function ensure(database, user, pwd, roles) {
  if (!pwd) throw new Error(`${user.toUpperCase()}_PASSWORD is missing: make the secrets again`);
  const owned = db.getSiblingDB(database);
  if (owned.getUser(user)) owned.updateUser(user, { pwd, roles });
  else owned.createUser({ user, pwd, roles });
}

for (const name of services) {
  ensure(name, name, process.env[`${name.toUpperCase()}_PASSWORD`], [{ role: "readWrite", db: name }]);
}
ensure("admin", "operator", process.env.OPERATOR_PASSWORD, [
  { role: "readAnyDatabase", db: "admin" },
  { role: "clusterMonitor", db: "admin" },
]);
print(`${services.length + 1} users are stored`);
