import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Resource, synthesize } from './synthesized.ts';

describe('other deployments', () => {
  it('ask for IAM authorization when there is no issuer', () => {
    const other = mkdtempSync(join(tmpdir(), 'concord-stack-'));
    try {
      synthesize({ stage: 'dev', corsOrigins: 'https://a.example,https://b.example' }, other, { validates: false });
      const template = readFileSync(join(other, 'Concord.template.json'), 'utf8');
      expect(template).toContain('"AuthorizationType": "AWS_IAM"');
      expect(template).not.toContain('"AuthorizationType": "JWT"');
      expect(template.match(/"AuthorizationType": "NONE"/g)).toHaveLength(['/health', '/openapi.json'].length);
      // Only to those sites that are named.
      const { Resources } = JSON.parse(template) as { Resources: Record<string, Resource> };
      const api = Object.values(Resources).find(({ Type }) => Type === 'AWS::ApiGatewayV2::Api');
      const CorsConfiguration = expect.objectContaining({ AllowOrigins: ['https://a.example', 'https://b.example'] });
      expect(api?.Properties).toMatchObject({ CorsConfiguration });
      // The page signs no requests.
      expect(template).not.toContain('GET /console');
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });

  it('can be in another app, which gives them what it only knows once it is deployed', () => {
    const other = mkdtempSync(join(tmpdir(), 'concord-embedded-'));
    try {
      const env = { ...process.env, CDK_OUTDIR: other, CDK_VALIDATION: 'false' };
      execFileSync(process.execPath, [join(process.cwd(), 'examples/embedded/app.ts')], {
        env,
        cwd: other,
        stdio: 'pipe',
      });
      const { Resources } = JSON.parse(readFileSync(join(other, 'Billing.template.json'), 'utf8'));
      const embedded = Object.values(Resources) as Resource[];
      expect(embedded.find(({ Type }) => Type === 'AWS::CloudWatch::Alarm')?.Properties).toMatchObject({
        AlarmActions: [{ Ref: expect.stringMatching(/^OnCall/) }],
      });
      expect(embedded.filter(({ Type }) => Type === 'AWS::DynamoDB::GlobalTable')).toHaveLength(2);
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });
});
