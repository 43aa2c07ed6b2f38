extension microsoftGraphV1

module site 'br/public:avm/res/web/site:0.24.0' = {
  name: 'site'
}
