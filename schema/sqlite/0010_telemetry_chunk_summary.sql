-- What an hour's good readings say on a screen that shows it as one dot. good is NULL where a chunk
-- was packed before it was counted.
ALTER TABLE chunk ADD COLUMN good INTEGER;
ALTER TABLE chunk ADD COLUMN least INTEGER;
ALTER TABLE chunk ADD COLUMN most INTEGER;
ALTER TABLE chunk ADD COLUMN last INTEGER;
ALTER TABLE chunk ADD COLUMN last_at INTEGER;
