export { pollux as DELETE, pollux as GET, pollux as OPTIONS, pollux as POST } from '../../../communication.ts';
