-- What an hour's good readings say on a screen that shows it as one dot. good is NULL where a chunk
-- was packed before it was counted.
ALTER TABLE chunk ADD COLUMN good bigint;
ALTER TABLE chunk ADD COLUMN least bigint;
ALTER TABLE chunk ADD COLUMN most bigint;
ALTER TABLE chunk ADD COLUMN last bigint;
ALTER TABLE chunk ADD COLUMN last_at bigint;
