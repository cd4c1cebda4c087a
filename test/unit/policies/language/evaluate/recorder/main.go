// Answers the questions of questions.ts with Pomerium's own evaluator. README.md says how to run it.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"github.com/rs/zerolog"
	"golang.org/x/crypto/ssh"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pomerium/pomerium/authorize/evaluator"
	"github.com/pomerium/pomerium/authorize/internal/store"
	"github.com/pomerium/pomerium/config"
	"github.com/pomerium/pomerium/pkg/grpc/session"
	"github.com/pomerium/pomerium/pkg/grpc/user"
	"github.com/pomerium/pomerium/pkg/policy/criteria"
	"github.com/pomerium/pomerium/pkg/policy/parser"
	"github.com/pomerium/pomerium/pkg/storage"
)

// question is one request as the tests of the evaluator write it. Nobody shows a client certificate.
type question struct {
	Session *struct {
		Email  string           `json:"email"`
		User   string           `json:"user"`
		Claims map[string][]any `json:"claims"`
	} `json:"session"`
	Method                   string `json:"method"`
	Path                     string `json:"path"`
	Host                     string `json:"host"`
	SourceIP                 string `json:"sourceIp"`
	CORSPreflight            bool   `json:"corsPreflight"`
	InvalidClientCertificate bool   `json:"invalidClientCertificate"`
	SSH                      *struct {
		Username  string `json:"username"`
		PublicKey string `json:"publicKey"`
	} `json:"ssh"`
	MCP *struct {
		Method string `json:"method"`
		Tool   string `json:"tool"`
	} `json:"mcp"`
}

type recorded struct {
	Policy  string `json:"policy"`
	Answers string `json:"answers"`
}

// Every session has this id. Sessions of a running Pomerium have ids of this form.
const sessionID = "8f14e45f-ceea-467f-a0e6-1e2d3c4b5a69"

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// ask puts a request into the form that the evaluator takes, and the caller into the records that it looks up.
func ask(ctx context.Context, q question) (context.Context, *evaluator.PolicyRequest) {
	headers := map[string]string{}
	if q.CORSPreflight {
		headers["Origin"] = "https://other.example.org"
		headers["Access-Control-Request-Method"] = "GET"
	}
	request := &evaluator.PolicyRequest{
		HTTP: evaluator.RequestHTTPFromCheckRequest(ctx, &authv3.CheckRequest{
			Attributes: &authv3.AttributeContext{
				Source: &authv3.AttributeContext_Peer{Address: &corev3.Address{
					Address: &corev3.Address_SocketAddress{SocketAddress: &corev3.SocketAddress{Address: q.SourceIP}},
				}},
				Request: &authv3.AttributeContext_Request{Http: &authv3.AttributeContext_HttpRequest{
					Method: q.Method, Scheme: "https", Host: q.Host, Path: q.Path, Headers: headers,
				}},
			},
		}),
		IsValidClientCertificate: !q.InvalidClientCertificate,
	}
	if q.SSH != nil {
		request.SSH.Username = q.SSH.Username
		if q.SSH.PublicKey != "" {
			key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(q.SSH.PublicKey))
			check(err)
			request.SSH.PublicKey = key.Marshal()
		}
	}
	if q.MCP != nil {
		request.MCP.Method = q.MCP.Method
		if q.MCP.Tool != "" {
			request.MCP.ToolCall = &evaluator.RequestMCPToolCall{Name: q.MCP.Tool}
		}
	}
	var records []proto.Message
	if q.Session != nil {
		claims := map[string]*structpb.ListValue{}
		for name, values := range q.Session.Claims {
			list, err := structpb.NewList(values)
			check(err)
			claims[name] = list
		}
		records = append(records,
			&session.Session{Id: sessionID, UserId: q.Session.User, Claims: claims},
			&user.User{Id: q.Session.User, Email: q.Session.Email})
		request.Session = evaluator.RequestSession{ID: sessionID, UserID: q.Session.User}
	}
	return storage.WithQuerier(ctx, storage.NewStaticQuerier(records...)), request
}

// answer says what handleResult of Pomerium's authorize service does with a result:
// a for allow, s for a redirect to the sign-in page, d for anything else.
func answer(allow, deny evaluator.RuleResult) byte {
	has := func(reason criteria.Reason) bool { return allow.Reasons.Has(reason) || deny.Reasons.Has(reason) }
	switch {
	case deny.Reasons.Has(criteria.ReasonClientCertificateRequired),
		deny.Reasons.Has(criteria.ReasonInvalidClientCertificate):
		return 'd'
	case has(criteria.ReasonUserUnauthenticated):
		return 's'
	case has(criteria.ReasonDeviceUnauthenticated), deny.Value:
		return 'd'
	case allow.Value:
		return 'a'
	}
	return 'd'
}

func main() {
	// Pomerium writes its log to the standard output.
	zerolog.SetGlobalLevel(zerolog.Disabled)
	ctx := context.Background()
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)

	lines.Scan()
	first := append([]byte(nil), lines.Bytes()...)
	var asked struct {
		Requests []question `json:"requests"`
	}
	check(json.Unmarshal(first, &asked))
	fmt.Printf("%s\n", first)

	to, err := url.Parse("https://backend.example.org")
	check(err)
	for lines.Scan() {
		var line recorded
		check(json.Unmarshal(lines.Bytes(), &line))
		parsed, err := parser.ParseYAML(strings.NewReader(line.Policy))
		check(err)
		policies, err := evaluator.NewPolicyEvaluator(ctx, store.New(), &config.Policy{
			From:   "https://app.example.org",
			To:     config.WeightedURLs{{URL: *to}},
			Policy: &config.PPLPolicy{Policy: parsed},
		}, false)
		check(err)
		answers := make([]byte, len(asked.Requests))
		for i, q := range asked.Requests {
			callCtx, request := ask(ctx, q)
			result, err := policies.Evaluate(callCtx, request)
			check(err)
			answers[i] = answer(result.Allow, result.Deny)
		}
		line.Answers = string(answers)
		check(out.Encode(line))
	}
	check(lines.Err())
}
