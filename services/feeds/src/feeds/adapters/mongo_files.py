"""The files of runs, in GridFS: every replica can read them, and a crash leaves nothing half written."""

from __future__ import annotations

from collections.abc import AsyncIterable, Collection
from datetime import datetime
from pathlib import Path

from bson import ObjectId
from gridfs.asynchronous import AsyncGridFSBucket
from gridfs.errors import NoFile

from runtime.mongo.client import Database

BUCKET = "files"


class MongoFiles:
    """Implements `Files`."""

    def __init__(self, db: Database) -> None:
        self._bucket = AsyncGridFSBucket(db, bucket_name=BUCKET)
        self._files = db[f"{BUCKET}.files"]
        self._chunks = db[f"{BUCKET}.chunks"]

    async def store(self, file_id: str, chunks: AsyncIterable[bytes]) -> None:
        """Store a file whole or not at all, in place of an earlier one. Raises what `chunks` raises."""
        await self.delete(file_id)
        file = self._bucket.open_upload_stream_with_id(file_id, file_id)
        try:
            async for chunk in chunks:
                await file.write(chunk)
        except BaseException:
            await file.abort()
            raise
        await file.close()

    async def copy_to(self, file_id: str, path: Path) -> None:
        """Write the file to `path`."""
        stored = await self._bucket.open_download_stream(file_id)
        with path.open("wb") as file:
            while chunk := await stored.readchunk():
                file.write(chunk)

    async def delete(self, file_id: str) -> None:
        """Delete the file, if there is one, and what a crash has left of one."""
        try:
            await self._bucket.delete(file_id)
        except NoFile:
            return

    async def delete_older(self, before: datetime, kept: Collection[str]) -> None:
        """Delete files, and parts of files, that were stored before then, except those that are `kept`. A chunk's id has its time."""
        ids = list(kept)
        await self._files.delete_many({"uploadDate": {"$lt": before}, "_id": {"$nin": ids}})
        await self._chunks.delete_many(
            {"_id": {"$lt": ObjectId.from_datetime(before)}, "files_id": {"$nin": ids}}
        )
