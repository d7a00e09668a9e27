"""Every number the service promises, in one place. Units are in the names."""

from __future__ import annotations

from datetime import timedelta

BODY_BYTES = 256 * 1024
JSON_DEPTH = 32
DOCUMENT_DEPTH = 10
DOCUMENT_ALIASES = 15
DOCUMENT_DIRECTIVES = 5
DOCUMENT_FIELDS = 300
DOCUMENT_ROOT_FIELDS = 10
DOCUMENT_ROOT_MUTATIONS = 4
DOCUMENT_TOKENS = 1_000
INTROSPECTION_DEPTH = 20
ERRORS_IN_ONE_ANSWER = 5

PAGE_DEFAULT = 20
PAGE_MAXIMUM = 100
NODES_MAXIMUM = 100
TAGS_MAXIMUM = 20
HANDLERS_MAXIMUM = 20
CO_HANDLERS_MAXIMUM = 10
MEETING_OFFICES_MINIMUM = 2
MEETING_OFFICES_MAXIMUM = 20
TAG_CHARACTERS = 40
TITLE_CHARACTERS = 200
TEXT_CHARACTERS = 10_000
NAME_CHARACTERS = 100
REASON_CHARACTERS = 2_000
RECEIVER_CHARACTERS = 200
SEARCH_CHARACTERS = 100
SEARCH_WORDS = 5
SOURCE_CHARACTERS = 300
ARTICLE_CATEGORIES = 20

OPERATION_SECONDS = 10.0
OPERATION_STATEMENTS = 200
OPERATION_STATEMENTS_AT_ONCE = 4
STATEMENT_MILLISECONDS = 5_000
LOCK_MILLISECONDS = 3_000
IDLE_IN_TRANSACTION_MILLISECONDS = 5_000
POOL_SIZE = 10
POOL_WAIT_SECONDS = 2.0
TRANSACTION_ATTEMPTS = 5

SOCKET_INIT_SECONDS = 10
SOCKET_PING_SECONDS = 6.0
SOCKET_OPERATIONS = 32
SOCKET_MESSAGE_BYTES = 256 * 1024
HEARTBEAT_SECONDS = 20.0
FEED_POLL_SECONDS = 1.0
REPLAY_BATCH = 200
SHUTDOWN_SECONDS = 15

FIRST_YEAR = 2018  # the working calendar begins here
LAST_YEAR = 2100
CALENDAR_DAYS = 400  # of one query
AMENDMENT_REASON_CHARACTERS = 300
REPEAT_LIFE = timedelta(days=90)
TOKEN_LIFE = timedelta(hours=12)
KEY_LIFE = timedelta(days=30)
AT_ONCE = timedelta(minutes=15)  # how long "immediately" may take before it is missed (domain 4.6)
CLOCK_SKEW = timedelta(minutes=5)
CLOCK_SKEW_SECONDS = 10 * 366 * 86_400  # what is told of a clock that is out by more
SYNC_ITEMS = 100

PHOTO_BYTES = 20 * 1024 * 1024
PHOTOS_PER_NOTE = 9
IMAGE_PIXELS = 24 * 1024 * 1024  # what is sold as 24 megapixels is 24,470,208
WEBP_PIXELS = 12_500_000  # its decoder holds the whole three times
JPEG_PIXELS = 64 * 1024 * 1024  # decoded at half, a quarter or an eighth of their size
IMAGE_WORKERS = 2  # decodes at once, each in a process of its own
IMAGE_CPU_SECONDS = 1.0
HEIC_CPU_SECONDS = (0.5, 0.2, 2.0)  # at first, for each megabyte, at most: half as much again as an idle machine needs
IMAGE_SECONDS = 20.0  # however little of a processor it is given
IMAGE_MEBIBYTES = 150  # what a photo may add to the process that decodes it
THUMBNAIL_PIXELS = 320  # the long side
SCREEN_PIXELS = 1600
COPY_BYTES = 4 * 1024 * 1024
COPY_LIFE_SECONDS = 600  # how long a phone may show a copy without asking again
DEVICE_CHARACTERS = 120
LIKE_BITS = 3  # photos that differ in so few of 64 bits look alike
LIKE_PHOTOS = 20  # told of one photo at the most
PHOTO_TIME_APART = timedelta(minutes=10)  # declared and told by the file itself
PHOTO_METRES_APART = 500.0
ACCURACY_METRES = 100_000
FAR_METRES = 500  # from the respondent's place; farther off is flagged
CHECK_ITEMS = 100  # of one visit, as the next five
SAMPLES = 30
RAPID_TESTS = 30
MEASURES = 10
RECTIFICATIONS = 20
PARTICIPANTS = 20
ITEM_CHARACTERS = 200
BATCH_CHARACTERS = 100
QUANTITY_CHARACTERS = 60
TASK_ORDER_CHARACTERS = 60
RETEST_LIFE = timedelta(hours=4)  # Food Safety Law art. 88
FIELD_DUE_DAYS = 365  # of an order to rectify, or a patrol
PATROLS = 12  # planned at once
UPLOAD_CHUNK_BYTES = 256 * 1024
UPLOAD_PIECE_BYTES = 1024 * 1024  # of a fast sender: fewer and larger pieces cost less
UPLOAD_IDLE_SECONDS = 60.0
UPLOAD_LIFE = timedelta(days=14)  # how long an address takes bytes; then there is a new one
UPLOAD_LEASE_SECONDS = 10.0  # a writer not heard of for so long may be replaced
UPLOAD_RENEW_SECONDS = 3.0
UPLOAD_WATCH_SECONDS = 2.0  # between two looks at the right to go on sending
DECLARED_BYTES_A_DAY = 500 * 1024 * 1024  # of one person, on one local day
DECLARED_BYTES_A_CASE = 2 * 1024 * 1024 * 1024
DECLARED_PHOTOS_A_CASE = 500
LINGER_BYTES = 32 * 1024 * 1024  # what still arrives after an answer is read so far, and no further
LINGER_SECONDS = 30.0

INSPECTORS_MINIMUM = 2
EXTENSIONS_PER_ROUND = 1
EXTENSION_WORKING_DAYS = 30
CALLBACK_ATTEMPTS = 3
SMALL_GROUP = 5
RECOVERED_LOSS_YUAN = 1_000_000_000
