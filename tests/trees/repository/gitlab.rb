# The whole of what a repository keeps of its GitLab host.
external_url 'https://gitlab.example.com'
registry_external_url 'https://registry.example.com'

registry['storage'] = {
  's3' => {
    'bucket' => 'gitlab-registry',
    'region' => 'eu-central-1',
  },
  'cache' => { 'blobdescriptor' => 'inmemory' },
  'delete' => { 'enabled' => true },
}
registry['log_level'] = 'info'
