/**
 * Words of hotspot names: three lists of 256, one byte of a hash picks from each. Chosen for being
 * short, friendly and easy to tell apart when read aloud. A list never changes: names are derived.
 */

/** What it is like. */
export const QUALITIES: readonly string[] = `
  able active agile airy amiable ancient apt artful astute attentive balanced balmy beaming
  blissful blithe bouncy boundless breezy brief bright brisk buoyant busy calm candid capable
  carefree careful caring cheery chipper civil classic clear clever cogent colossal composed
  content cordial cosmic cozy crafty creative crisp dainty dapper daring dashing decent deep
  deft devoted direct distant doughty dreamy dutiful dynamic eager early easy elated elder
  elegant eloquent engaging epic equal ethical exotic expert fabled fair famous fancy fearless
  festive fleet flowing fluent focused formal frank free fresh frugal fruitful full gallant
  genial gentle genuine gifted gleeful global graceful gracious grateful great gritty hale
  happy hardy harmonic hearty heroic high hopeful humble ideal immense informal intent
  inventive jaunty jolly jovial joyous jubilant just keen kindly large lasting learned light
  likely limber lithe little local lofty logical long lovely loyal lucid lucky magical majestic
  mellow merry mild mindful modern modest mutual native natural neat nimble noble normal
  notable obliging open orderly organic patient peaceful peppy perky playful pleasant plucky
  poetic polished polite practical precise prime primed prompt proper prudent punctual quaint
  quick quirky radiant rapid rare refined regal relaxed reliable restful robust roomy rugged
  sage savvy secure sensible serene shiny simple sincere skilled slender smart smiling smooth
  snug social solar solid sound spacious sparkling speedy splendid spry stable stately stellar
  sterling stoic stout sturdy sublime subtle sunny superb supple sure tactful tall tender
  thankful thorough tidy tiny tranquil trim trusty unique upbeat upright valiant vast versatile
  vigilant vivid warm watchful welcome whole willing winning wise wondrous worthy young zealous
`
  .trim()
  .split(/\s+/);

/** What it looks like: colours, materials, weather. */
export const HUES: readonly string[] = `
  acacia alabaster almond alpine amaranth amber amethyst apricot aqua ash aspen aster auburn
  aurora autumn azure bamboo banded basalt beige beryl birch bisque blond blossom blue blush
  bonfire bramble brass brindled bronze brown buff burgundy butter cactus camel canary candle
  canyon caramel cardinal carnation cashmere cedar celadon celeste cerise cerulean chalk
  charcoal cherry chestnut chocolate cider cinnabar cinnamon citrine citron cloudy clover
  cobalt cocoa coffee copper coral corduroy cornsilk cream crimson crystal cyan cypress
  daffodil dahlia daisy dappled dawn denim desert dewy driftwood dusky ebony ecru elm emerald
  fawn fern flannel flaxen flint forest frosted frosty fuchsia garnet gentian gilded ginger
  glacier glassy granite grape grassy green grey hazel heather henna honey ice indigo iris iron
  ivory ivy jade jasmine juniper kelp khaki lace lagoon lapis larch lavender lemon lichen lilac
  lily lime linen lunar magenta magnolia maize mango maple marble marigold maroon marsh mauve
  meadow midnight mint misty mocha moonlit mossy mottled mulberry myrtle navy nectar nutmeg
  oaken oat obsidian ocean ochre onyx opal orange orchid painted paisley papaya pastel peach
  peachy pearl pebbled peony periwinkle pewter pine pink plaid platinum plum polar poppy
  porcelain prairie primrose purple quartz quilted rainy raspberry red redwood ribboned rippled
  rosewood ruby ruddy russet rusty saffron salmon sandy satin scarlet seaside sepia sequoia
  shaded sienna silken silver smoky snowy spangled speckled spotted spruce starlit steel stormy
  striped sunlit sunset tabby tan tangerine tartan tawny teal terracotta thistle timber titian
  topaz tulip turquoise umber vanilla velvet verdant vermilion violet walnut watery wheat
  willow windy wintry wisteria wooden woolen yellow zinc
`
  .trim()
  .split(/\s+/);

/** What it is. */
export const ANIMALS: readonly string[] = `
  aardvark aardwolf albacore albatross anchovy angelfish ant armadillo auk axolotl badger barb
  barracuda basilisk bear beaver beetle bettong bison blackbird boar bobolink bontebok bream
  buffalo bulbul bumblebee bushbaby bustard buzzard caiman caracal caribou carp cat catfish
  chameleon cheetah chickadee chipmunk cicada clam cockatiel cockatoo condor coot cougar coyote
  crab crayfish cricket crow curlew cuttlefish deer dingo dolphin dove dragonfly dugong dunlin
  eagle echidna eel eider eland elk ermine falcon fieldfare finch flamingo flycatcher fossa
  frigatebird frog gannet gecko gerbil giraffe glider goat goldcrest goldfinch goshawk grackle
  grebe greenfinch grouper guanaco guillemot haddock hamster harrier hawfinch hawk heron
  herring hornbill horse hummingbird ibis iguana jabiru jackal jackdaw jay jellyfish junco
  kangaroo katydid kingfisher kinglet kiwi kob koi kudu ladybird lapwing lemming lemur linnet
  lion llama lobster locust lorikeet loris lyrebird macaw mackerel mallard manatee mantis
  marlin marmoset marten martin meerkat millipede mink mole mongoose moose mouse mudskipper
  muntjac muskox narwhal newt nighthawk numbat nuthatch ocelot okapi opossum oriole ostrich
  ouzel oyster oystercatcher pangolin panther parrot peacock pelican perch petrel pigeon pike
  pipit platypus plover pony porcupine possum pronghorn ptarmigan puma quail quetzal quoll
  rabbit rail raven razorbill redshank redstart reindeer rhea roadrunner roe rook sable
  salamander sandpiper seahorse seal shearwater sheep shoveler shrike shrimp skimmer skink
  skylark snail snipe spoonbill springbok squirrel starling steenbok stilt stingray stork
  sunbird sunfish swan swordfish takin tanager tapir tarsier tench terrapin thrasher thrush
  tilapia toad tortoise treefrog trogon tuna turbot turnstone vicuna viscacha wagtail wallaby
  warbler waxbill waxwing weaver whale whimbrel wigeon wildcat wolverine wombat woodlark wren
  wryneck yellowhammer zander zebu
`
  .trim()
  .split(/\s+/);
