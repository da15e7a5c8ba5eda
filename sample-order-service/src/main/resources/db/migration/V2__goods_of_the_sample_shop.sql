INSERT INTO product (sku, title, price_minor, currency, available, recalled) VALUES
  ('tea-assam',      'Assam, 250 g',                            890, 'EUR', 1000000, FALSE),
  ('tea-sencha',     'Sencha, 100 g',                          1250, 'EUR', 1000000, FALSE),
  ('mug-blue',       'Mug, blue',                               995, 'EUR', 1000000, FALSE),
  ('kettle-steel',   'Kettle, steel',                          4990, 'EUR', 1000000, FALSE),
  ('teapot-antique', 'Antique teapot; there are three',       19900, 'EUR',       3, FALSE),
  -- In stock, and recalled by its maker: found out when it is checked out, after it was paid.
  ('heater-recalled', 'Immersion heater, recalled',            2490, 'EUR', 1000000, TRUE);
