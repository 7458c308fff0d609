external_url 'https://gitlab.example.com'
registry_external_url 'https://registry.example.com:5050'

gitlab_rails['registry_enabled'] = true
gitlab_rails['registry_path'] = "/var/opt/gitlab/gitlab-rails/shared/registry"

registry['enable'] = true
registry['registry_http_addr'] = "127.0.0.1:5000"
registry['debug_addr'] = "localhost:5001"
registry['health_storagedriver_enabled'] = true
registry['notifications'] = [
  {
    'name' => 'audit',
    'url' => 'https://audit.example.com/notify',
    'timeout' => '500ms',
    'maxretries' => 5,
    'backoff' => '1s'
  }
]

registry['nginx']['redirect_http_to_https'] = true
registry['nginx']['ssl_certificate'] = "/etc/gitlab/ssl/registry.example.com.crt"
registry['nginx']['ssl_certificate_key'] = "/etc/gitlab/ssl/registry.example.com.key"
