/** Express 4 beside Express 5: of what the tests use, both have the same types. */
declare module 'express4' {
  import express from 'express';

  export default express;
}
