-- accounts: roughly where a browser signed in, for its person to recognise it by: the first 24 bits of an address of
-- IPv4, 48 of IPv6, such as '203.0.113.0/24'. NULL where it is not known.
ALTER TABLE browser_sessions ADD COLUMN network TEXT;
