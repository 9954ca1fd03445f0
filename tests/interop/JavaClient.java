// Runs beside alipay-sdk-java: one JSON command a line in, one JSON result a line out.
//
// The client is used as published; the address is the first argument of its constructor. Requests are made by their
// class's name, since the client has one class for each method.

import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.JSONObject;
import com.alipay.api.AlipayApiException;
import com.alipay.api.AlipayClient;
import com.alipay.api.AlipayRequest;
import com.alipay.api.AlipayResponse;
import com.alipay.api.CertAlipayRequest;
import com.alipay.api.DefaultAlipayClient;
import com.alipay.api.internal.util.AlipaySignature;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

public class JavaClient {
    private static JSONObject settings;
    private static AlipayClient client;

    public static void main(String[] none) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        settings = JSON.parseObject(in.readLine());
        client = settings.containsKey("app_cert_path") ? certified() : new DefaultAlipayClient(
            settings.getString("gateway"), settings.getString("app_id"), settings.getString("app_private_key_pkcs8"),
            "json", "UTF-8", settings.getString("alipay_public_key_bare"), "RSA2");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            var answer = new JSONObject();
            try {
                answer.put("result", perform(JSON.parseObject(line)));
            } catch (Exception error) {
                answer.put("error", error.getClass().getSimpleName());
                answer.put("message", String.valueOf(error.getMessage()));
            }
            out.println(answer.toJSONString());
        }
    }

    private static AlipayClient certified() throws AlipayApiException {
        var request = new CertAlipayRequest();
        request.setServerUrl(settings.getString("gateway"));
        request.setAppId(settings.getString("app_id"));
        request.setPrivateKey(settings.getString("app_private_key_pkcs8"));
        request.setFormat("json");
        request.setCharset("UTF-8");
        request.setSignType("RSA2");
        request.setCertPath(settings.getString("app_cert_path"));
        request.setAlipayPublicCertPath(settings.getString("alipay_cert_path"));
        request.setRootCertPath(settings.getString("root_cert_path"));
        return new DefaultAlipayClient(request);
    }

    private static Object perform(JSONObject command) throws Exception {
        String how = command.getString("how");
        if (how.equals("verify")) {
            Map<String, String> fields = new HashMap<>();
            command.getJSONObject("fields").forEach((name, value) -> fields.put(name, String.valueOf(value)));
            if (settings.containsKey("app_cert_path")) {
                return AlipaySignature.rsaCertCheckV1(fields, settings.getString("alipay_cert_path"), "UTF-8", "RSA2");
            }
            return AlipaySignature.rsaCheckV1(fields, settings.getString("alipay_public_key_bare"), "UTF-8", "RSA2");
        }
        AlipayRequest<?> request = requestOf(command);
        if (how.equals("page")) {
            return client.pageExecute(request, command.getString("http_method")).getBody();
        }
        if (how.equals("order string")) {
            return client.sdkExecute(request).getBody();
        }
        String body = execute(request).getBody();
        return JSON.parseObject(body).get(command.getString("method").replace('.', '_') + "_response");
    }

    private static <T extends AlipayResponse> T execute(AlipayRequest<T> request) throws AlipayApiException {
        return settings.containsKey("app_cert_path") ? client.certificateExecute(request) : client.execute(request);
    }

    private static AlipayRequest<?> requestOf(JSONObject command) throws Exception {
        var name = new StringBuilder("com.alipay.api.request.");
        for (String word : command.getString("method").split("\\.")) {
            name.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
        }
        var request = (AlipayRequest<?>) Class.forName(name + "Request").getConstructor().newInstance();
        request.getClass().getMethod("setBizContent", String.class)
            .invoke(request, command.getJSONObject("biz").toJSONString());
        request.setNotifyUrl(command.getString("notify_url"));
        request.setReturnUrl(command.getString("return_url"));
        return request;
    }
}
